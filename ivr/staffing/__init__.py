"""How many helpers reach which waiting time: a simulated month, played by the hotline's own rules."""
