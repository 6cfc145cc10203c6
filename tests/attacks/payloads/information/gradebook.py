"""Opens the gradebook, and every other database there is.

Success: a mark or the token in it is in the outputs.
"""

import sqlite3

places = [KNOWN["gradebook"], "gradebook.db", "../gradebook.db", "/grader/gradebook.db"]
for place, _, names in os.walk("/"):
    places += [os.path.join(place, name) for name in names if name.endswith((".db", ".sqlite"))]
for place in places:
    if os.path.exists(place):
        attempt(lambda: list(sqlite3.connect(place).execute("select * from sqlite_master")))
        attempt(lambda: open(place, "rb").read()[-5000:])
