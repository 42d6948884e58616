"""The command line, one file a subject.

Every command accepts --db and exits with 0 (done), 1 (refused, with a message on stderr) or 2 (wrong usage). Every
module's `register(cli)` adds its commands.
"""
