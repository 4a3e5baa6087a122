"""One turn of a call, the live session, and what is kept when it is over."""
