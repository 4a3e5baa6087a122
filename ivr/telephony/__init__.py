"""ivr/telephony"""
