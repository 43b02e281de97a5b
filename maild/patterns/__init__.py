"""Words and patterns as an admin writes them, anywhere in the configuration: `words` (letters), `regex` (RE2). Pure."""
