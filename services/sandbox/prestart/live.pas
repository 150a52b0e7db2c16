{ Loaded before the units of a program (-Fa): what is written appears at once. }
unit live;
interface
implementation
initialization
  TextRec(Output).FlushFunc := TextRec(Output).InOutFunc;
end.
