"""`oso-gateway demo`: the main job end to end against the bundled simulators, over real mutual TLS.

verloop   the main walk in steps, with what must hold at each
vervolg   what follows: another LAS, a webhook, an addition, a move, bulk
podium    the running development world and who acts in it
verslag   how steps are shown: in the terminal or as JSON
"""
