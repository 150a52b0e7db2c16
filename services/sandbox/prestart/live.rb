# Loaded by Ruby before the program (RUBYOPT): what is printed appears at once.
$stdout.sync = true
ENV.delete('RUBYOPT')
