"""The audit: bad lines, dying servers, full disks; and the count afterwards. docs/reliability.md tells what it found."""
