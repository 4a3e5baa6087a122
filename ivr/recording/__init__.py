"""The recording room: which scripts have to be recorded, who recorded and approved what, and what people think."""
