import java.io.DataInputStream;
import java.io.FileInputStream;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;

/** Java's source launcher, waiting for a job: it has just compiled this file, so that the compiler is loaded. */
class Prestart {
  public static void main(String[] ignored) throws Throwable {
    String[] arguments;
    try (var gate = new DataInputStream(new FileInputStream("/proc/self/fd/3"))) {
      arguments = new String[gate.readInt()];
      for (int i = 0; i < arguments.length; i++) {
        arguments[i] = new String(gate.readNBytes(gate.readInt()), "UTF-8");
      }
    }
    Thread.currentThread().setContextClassLoader(ClassLoader.getSystemClassLoader());
    try {
      Class.forName("com.sun.tools.javac.launcher.Main")
          .getMethod("main", String[].class)
          .invoke(null, (Object) arguments);
    } catch (InvocationTargetException e) {
      hideLauncher(e.getCause());
      restoreOwnFrames(e.getCause());
      throw e.getCause();
    }
  }

  /** A plain run ends its traces with one frame of the launcher's main; below it here are this class and its launcher. */
  private static void hideLauncher(Throwable thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      StackTraceElement[] frames = t.getStackTrace();
      for (int i = 0; i < frames.length; i++) {
        if (frames[i].getClassName().equals("com.sun.tools.javac.launcher.Main") && frames[i].getMethodName().equals("main")) {
          t.setStackTrace(Arrays.copyOf(frames, i + 1));
          break;
        }
      }
    }
  }

  /**
   * The launcher that runs this class cuts as many frames off a trace as there are below this class's main, and so did the
   * one that ran the job: what the first is to cut is put back, or it would cut the job's own frames.
   */
  private static void restoreOwnFrames(Throwable thrown) {
    StackTraceElement[] own = new Throwable().getStackTrace();
    int below = own.length - 2;
    StackTraceElement[] frames = thrown.getStackTrace();
    StackTraceElement[] restored = Arrays.copyOf(frames, frames.length + below);
    System.arraycopy(own, 2, restored, frames.length, below);
    thrown.setStackTrace(restored);
  }
}
