# Words of the candidate's pages. Both languages have the same keys; a test compares them.

