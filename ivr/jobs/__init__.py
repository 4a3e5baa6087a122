"""ivr/jobs"""
