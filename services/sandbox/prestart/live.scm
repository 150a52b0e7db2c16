;; Loaded by Guile before the program: what is printed appears at once.
(setvbuf (current-output-port) 'none)
