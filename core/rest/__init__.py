"""What all of the API shares. One module a subject, for DRF imports each where it comes to need it."""
