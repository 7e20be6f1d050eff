"""What the scores amount to: stable? faithful? what to set, what to run next?"""
