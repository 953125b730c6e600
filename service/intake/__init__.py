"""Foreign bytes in; title and text out. What a file may cost is bounded: characters, elements, memory and time."""
