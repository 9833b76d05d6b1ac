"""Registers outside."""
