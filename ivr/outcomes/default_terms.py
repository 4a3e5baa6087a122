"""The terms that outcomes are written in before anybody changes them.

The issues follow the eleven groups in which Child Helpline International collects why people contact helplines; the
words are ours. The keys are those that the scripts for helpers say (`outcome_contact` and the others of
`flows/house.py`).
"""

from __future__ import annotations

from typing import NamedTuple


class Default(NamedTuple):
    """One term: its code, how it is keyed, and its words in English, French, Arabic and Swahili."""

    code: str
    key: str
    en: str
    fr: str
    ar: str
    sw: str


CONTACT_TYPES = (
    Default("support", "1", "Emotional support", "Soutien émotionnel", "دعم نفسي", "Msaada wa kihisia"),
    Default("information", "2", "Information", "Information", "معلومات", "Taarifa"),
    Default("other", "3", "Something else", "Autre chose", "شيء آخر", "Jambo lingine"),
    Default(
        "for_another",
        "",
        "About somebody else",
        "Au sujet d’une autre personne",
        "بشأن شخص آخر",
        "Kuhusu mtu mwingine",
    ),
    Default(
        "silent",
        "",
        "The caller said nothing",
        "La personne n’a rien dit",
        "لم يتكلم المتصل",
        "Mpigaji hakusema kitu",
    ),
    Default(
        "abusive",
        "",
        "Abuse of the line",
        "Usage abusif de la ligne",
        "إساءة استخدام الخط",
        "Matumizi mabaya ya laini",
    ),
)

ISSUES = (
    Default("mental_health", "01", "Mental health", "Santé mentale", "الصحة النفسية", "Afya ya akili"),
    Default(
        "violence",
        "02",
        "Violence and abuse",
        "Violences et maltraitance",
        "العنف وسوء المعاملة",
        "Ukatili na unyanyasaji",
    ),
    Default("exploitation", "03", "Exploitation", "Exploitation", "الاستغلال", "Unyonyaji"),
    Default(
        "family",
        "04",
        "Family relationships",
        "Relations familiales",
        "العلاقات الأسرية",
        "Mahusiano ya familia",
    ),
    Default(
        "peers",
        "05",
        "Friends and others of one’s age",
        "Amis et pairs",
        "الأصدقاء والأقران",
        "Marafiki na rika",
    ),
    Default("education", "06", "School and work", "École et travail", "الدراسة والعمل", "Shule na kazi"),
    Default("physical_health", "07", "Physical health", "Santé physique", "الصحة الجسدية", "Afya ya mwili"),
    Default(
        "sexuality",
        "08",
        "Sexuality and sexual health",
        "Sexualité et santé sexuelle",
        "الصحة الجنسية",
        "Ujinsia na afya ya uzazi",
    ),
    Default(
        "discrimination",
        "09",
        "Discrimination and exclusion",
        "Discrimination et exclusion",
        "التمييز والإقصاء",
        "Ubaguzi na kutengwa",
    ),
    Default(
        "basic_needs",
        "10",
        "Home and basic needs",
        "Logement et besoins essentiels",
        "السكن والاحتياجات الأساسية",
        "Makazi na mahitaji ya msingi",
    ),
    Default(
        "services",
        "11",
        "Reaching services, and the law",
        "Accès aux services et droit",
        "الوصول إلى الخدمات والقانون",
        "Kupata huduma na sheria",
    ),
)

RISKS = (
    Default("none", "1", "No danger", "Pas de danger", "لا خطر", "Hakuna hatari"),
    Default("some", "2", "Some danger", "Un certain danger", "بعض الخطر", "Hatari kiasi"),
    Default(
        "high",
        "3",
        "A life is in danger now",
        "Une vie est en danger maintenant",
        "حياة في خطر الآن",
        "Maisha yako hatarini sasa",
    ),
)

ACTIONS = (
    Default("listened", "1", "Listened", "Écouté", "استمعت", "Nilisikiliza"),
    Default("informed", "2", "Gave information", "Donné des informations", "قدمت معلومات", "Nilitoa taarifa"),
    Default(
        "referred",
        "3",
        "Named a service",
        "Orienté vers un service",
        "أحلت إلى خدمة",
        "Nilielekeza kwenye huduma",
    ),
    Default("called_for_help", "4", "Called for help", "Appelé les secours", "طلبت النجدة", "Niliita msaada"),
)

FOLLOW_UPS = (
    Default(
        "yes",
        "1",
        "Wishes another call",
        "Souhaite un autre appel",
        "يرغب في مكالمة أخرى",
        "Anataka simu nyingine",
    ),
    Default(
        "no",
        "2",
        "No other call wished",
        "Pas d’autre appel souhaité",
        "لا يرغب في مكالمة أخرى",
        "Hataki simu nyingine",
    ),
)

DEFAULTS = {
    "contact_type": CONTACT_TYPES,
    "issue": ISSUES,
    "risk": RISKS,
    "action": ACTIONS,
    "follow_up": FOLLOW_UPS,
}
"""By kind, in the order in which they are asked."""
