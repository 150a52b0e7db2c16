# Loaded by Perl before the program (PERL5OPT): what is printed appears at once.
package SandpiperLive;
@INC = grep { $_ ne '/.sandbox' } @INC;
delete $INC{'SandpiperLive.pm'};
delete $ENV{PERL5OPT};
$| = 1;
1;
