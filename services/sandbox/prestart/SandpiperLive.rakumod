# Loaded by Raku before the program (-M): what is printed appears at once.
$*OUT.out-buffer = 0;
