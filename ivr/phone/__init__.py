"""ivr/phone"""
