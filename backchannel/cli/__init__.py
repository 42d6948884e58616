"""The command line: one file a subject. Every command takes --db; exit 0 done, 1 refused with a sentence, 2 wrong usage."""
