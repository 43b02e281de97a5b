"""YAML with places: values that stay what they look like, and mistakes named by line and column. Knows no mail."""
