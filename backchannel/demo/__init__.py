"""`backchannel demo`: Puddlecamp, an invented unconference, replayed through the front doors that everybody uses."""
