"""Running a hotline on one machine: its processes, its embedded queue server, and the check-up."""
