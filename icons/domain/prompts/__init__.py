"""The template system: categories, styles and colour schemes, kept as data beside the code, become a prompt."""

from icons.domain.prompts.brief import Background, Brief, Prompt
from icons.domain.prompts.entries import Category, Scheme, Style
from icons.domain.prompts.library import Library

__all__ = ["Background", "Brief", "Category", "Library", "Prompt", "Scheme", "Style"]
