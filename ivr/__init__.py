"""Everything that touches the world: the telephone network, the database, the queue, the web."""
