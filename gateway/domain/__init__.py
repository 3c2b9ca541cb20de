"""What the gateway knows: values, states and decisions of the field. Pure, no I/O, imports nothing of ours."""
