"""What people open: the review page of each document and the index of all books.

Read `write` (which pages there are), then `review` (one document) and `index` (all books); both take their marks from
`marks`, their margin notes from `findings`, and their frame from `shell`. Tables in, text out: nothing here decides
what is true of a book.
"""
