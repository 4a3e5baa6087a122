"""ivr/store"""
