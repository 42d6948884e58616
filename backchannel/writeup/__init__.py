"""Write-ups: `compose` turns a record into a tree, and each format has one file that writes it."""
