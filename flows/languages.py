"""Which languages there are, by the codes that people write (ISO 639), and which way they are written."""

from __future__ import annotations

_TWO_LETTERS = """
aa Afar|ab Abkhaz|af Afrikaans|ak Akan|am Amharic|an Aragonese|ar Arabic|as Assamese|av Avar|ay Aymara
az Azerbaijani|ba Bashkir|be Belarusian|bg Bulgarian|bi Bislama|bm Bambara|bn Bengali|bo Tibetan|br Breton
bs Bosnian|ca Catalan|ce Chechen|ch Chamorro|co Corsican|cr Cree|cs Czech|cv Chuvash|cy Welsh|da Danish
de German|dv Dhivehi|dz Dzongkha|ee Ewe|el Greek|en English|es Spanish|et Estonian|eu Basque|fa Persian
ff Fulah|fi Finnish|fj Fijian|fo Faroese|fr French|fy Frisian|ga Irish|gd Scottish Gaelic|gl Galician
gn Guarani|gu Gujarati|ha Hausa|he Hebrew|hi Hindi|ho Hiri Motu|hr Croatian|ht Haitian Creole|hu Hungarian
hy Armenian|hz Herero|id Indonesian|ig Igbo|ii Nuosu|ik Inupiaq|is Icelandic|it Italian|iu Inuktitut
ja Japanese|jv Javanese|ka Georgian|kg Kongo|ki Kikuyu|kj Kuanyama|kk Kazakh|kl Greenlandic|km Khmer
kn Kannada|ko Korean|kr Kanuri|ks Kashmiri|ku Kurdish|kv Komi|ky Kyrgyz|la Latin|lb Luxembourgish|lg Luganda
ln Lingala|lo Lao|lt Lithuanian|lu Luba-Katanga|lv Latvian|mg Malagasy|mh Marshallese|mi Maori|mk Macedonian
ml Malayalam|mn Mongolian|mr Marathi|ms Malay|mt Maltese|my Burmese|na Nauruan|nb Norwegian Bokmål
nd Northern Ndebele|ne Nepali|ng Ndonga|nl Dutch|nn Norwegian Nynorsk|no Norwegian|nr Southern Ndebele
nv Navajo|ny Chichewa|oc Occitan|oj Ojibwe|om Oromo|or Odia|os Ossetian|pa Punjabi|pl Polish|ps Pashto
pt Portuguese|qu Quechua|rm Romansh|rn Kirundi|ro Romanian|ru Russian|rw Kinyarwanda|sa Sanskrit
sc Sardinian|sd Sindhi|se Northern Sámi|sg Sango|si Sinhala|sk Slovak|sl Slovenian|sm Samoan|sn Shona
so Somali|sq Albanian|sr Serbian|ss Swati|st Southern Sotho|su Sundanese|sv Swedish|sw Swahili|ta Tamil
te Telugu|tg Tajik|th Thai|ti Tigrinya|tk Turkmen|tl Tagalog|tn Tswana|to Tongan|tr Turkish|ts Tsonga
tt Tatar|tw Twi|ty Tahitian|ug Uyghur|uk Ukrainian|ur Urdu|uz Uzbek|ve Venda|vi Vietnamese|wa Walloon
wo Wolof|xh Xhosa|yi Yiddish|yo Yoruba|za Zhuang|zh Chinese|zu Zulu
"""

_THREE_LETTERS = """
ach Acholi|aeb Tunisian Arabic|apc Levantine Arabic|apd Sudanese Arabic|ary Moroccan Arabic
arz Egyptian Arabic|bal Baluchi|bci Baoulé|bem Bemba|ber Berber|bin Edo|ckb Central Kurdish|din Dinka
dyu Dyula|ewo Ewondo|fil Filipino|fon Fon|fuv Fulfulde|kau Kanuri|kea Cape Verdean Creole|kmb Kimbundu
kmr Northern Kurdish|knc Kanuri|kri Krio|ktu Kituba|lgg Lugbara|lua Tshiluba|luo Luo|lus Mizo|mai Maithili
men Mende|mfe Mauritian Creole|mnk Mandinka|mos Mossi|nso Northern Sotho|nus Nuer|nyn Nyankole
pcm Nigerian Pidgin|prs Dari|rhg Rohingya|rom Romani|shn Shan|skr Saraiki|son Songhai|srr Serer
swc Congo Swahili|swh Swahili|syr Syriac|tem Temne|teo Teso|tig Tigre|tpi Tok Pisin|tum Tumbuka
tzm Tamazight|umb Umbundu|vmw Makhuwa|xog Soga|yao Yao|zgh Tamazight|zne Zande
"""

NAMES: dict[str, str] = dict(
    entry.split(" ", 1)
    for table in (_TWO_LETTERS, _THREE_LETTERS)
    for line in table.split("\n")
    if line
    for entry in line.split("|")
)

_RIGHT_TO_LEFT = frozenset(
    [
        "ar",
        "aeb",
        "apc",
        "apd",
        "ary",
        "arz",
        "bal",
        "ckb",
        "dv",
        "fa",
        "he",
        "ks",
        "prs",
        "ps",
        "rhg",
        "sd",
        "skr",
        "syr",
        "ug",
        "ur",
        "yi",
    ]
)


def base(code: str) -> str:
    """ "fr" of "fr-CD"."""
    return code.split("-", 1)[0]


def name(code: str) -> str:
    """ "French" for fr, "French (CD)" for fr-CD; the code itself where it isn't known."""
    language, _, region = code.partition("-")
    known = NAMES.get(language)
    if known is None:
        return code
    return f"{known} ({region})" if region else known


def right_to_left(code: str) -> bool:
    """Whether it is written from right to left."""
    return base(code) in _RIGHT_TO_LEFT
