-- Begins a Haskell program (-main-is): what it writes appears by lines, and before it reads its input.
module SandpiperMain (main) where

import Control.Concurrent.MVar (modifyMVar_, takeMVar)
import Control.Exception (IOException, try)
import Control.Monad (void)
import GHC.IO.BufferedIO (BufferedIO (..))
import GHC.IO.Device (IODevice (..), RawIO (..))
import qualified GHC.IO.FD as FD
import GHC.IO.Handle (mkFileHandle, nativeNewlineMode)
import GHC.IO.Handle.Types (Handle (..))
import qualified Main
import System.IO

-- Standard input that writes out standard output before each read.
newtype Input = Input FD.FD

instance IODevice Input where
  ready (Input fd) = ready fd
  close (Input fd) = close fd
  isTerminal (Input fd) = isTerminal fd
  isSeekable (Input fd) = isSeekable fd
  devType (Input fd) = devType fd

instance BufferedIO Input where
  newBuffer (Input fd) = newBuffer fd
  fillReadBuffer (Input fd) buffer = flush >> fillReadBuffer fd buffer
  fillReadBuffer0 (Input fd) buffer = flush >> fillReadBuffer0 fd buffer
  flushWriteBuffer (Input fd) = flushWriteBuffer fd
  flushWriteBuffer0 (Input fd) = flushWriteBuffer0 fd

instance RawIO Input where
  read (Input fd) to offset count = flush >> GHC.IO.Device.read fd to offset count
  readNonBlocking (Input fd) to offset count = flush >> readNonBlocking fd to offset count
  write (Input fd) = write fd
  writeNonBlocking (Input fd) = writeNonBlocking fd

flush :: IO ()
flush = void (try (hFlush stdout) :: IO (Either IOException ()))

main :: IO ()
main = do
  hSetBuffering stdout LineBuffering
  encoding <- hGetEncoding stdin
  input <- mkFileHandle (Input FD.stdin) "<stdin>" ReadMode encoding nativeNewlineMode
  case (stdin, input) of
    (FileHandle _ theirs, FileHandle _ ours) -> modifyMVar_ theirs (const (takeMVar ours))
    _ -> return ()
  void Main.main
