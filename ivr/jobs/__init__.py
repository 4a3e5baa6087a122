"""The queue: what runs in workers, and when. Rows are the truth; a job carries ids at most."""
