"""A take is a performance on virtual time: the parts of the piece play a recording as they would on the stage.

No clock is asked and no device opened. Each part steps when it is due; time is what the step says. So the same
recording gives the same frames, samples and strip bytes, byte for byte. Films and audits are made of takes. It stands
above the players, as the conductor does, and is used by the command line alone.
"""
