"""A fit in one place and its room in another, over an MQTT broker: publisher and subscriber."""
