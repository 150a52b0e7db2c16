% Octave's site-wide start (OCTAVE_SITE_INITFILE): what is printed appears at once.
page_output_immediately (true);
