"""ivr/calls"""
