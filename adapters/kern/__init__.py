"""Webhooks to the core application: `bode` sends one event once, `adres` decides where one may be sent."""
