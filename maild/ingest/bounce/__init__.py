"""Is this a report about mail of ours, about whom, and of which mail?"""
