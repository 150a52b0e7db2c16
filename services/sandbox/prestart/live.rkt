;; Required by Racket before the program: what is printed appears at once.
(module live '#%kernel
  (file-stream-buffer-mode (current-output-port) 'none))
