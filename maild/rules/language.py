"""The words of a rule, typed: what an admin may write in `config/rules/*.yaml` (design part 7)."""
