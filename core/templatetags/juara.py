"""The template tags of our own components."""

from django import template

register = template.Library()
