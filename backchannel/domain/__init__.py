"""The domain: values and rules in the words of docs/glossary.md. Standard library only, without I/O or a clock."""
