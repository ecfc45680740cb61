"""One module an explorer: what can be moved, and the pictures of any state. The page's half is ``static/<name>.js``."""
