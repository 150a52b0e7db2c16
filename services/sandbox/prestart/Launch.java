import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.FileInputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Compiles all files of a program in memory and runs it: `Launch FILE... -- ARGUMENT...`. The class that is run is the one of the first
 * file's name, else the first with a main method, in the order of the text. Without arguments it waits for a job on descriptor 3
 * in the same form, with the compiler loaded, for this file has just been compiled itself.
 */
class Launch {
  public static void main(String[] arguments) throws Throwable {
    List<String> given = Arrays.asList(arguments.length > 0 ? arguments : readJob());
    int end = given.indexOf("--");
    List<String> files = given.subList(0, end);
    String[] own = given.subList(end + 1, given.size()).toArray(new String[0]);
    Classes classes = compile(files);
    if (classes == null) {
      System.exit(1);
    }
    ClassLoader loader = classes.loader();
    Method main = findMain(classes, loader, files.get(0));
    if (main == null) {
      System.err.println("error: no class with a main method in " + files.get(0));
      System.exit(1);
    }
    Thread.currentThread().setContextClassLoader(loader);
    main.setAccessible(true);
    try {
      Object instance = null;
      if (!Modifier.isStatic(main.getModifiers())) {
        Constructor<?> constructor = main.getDeclaringClass().getDeclaredConstructor();
        constructor.setAccessible(true);
        instance = constructor.newInstance();
      }
      main.invoke(instance, main.getParameterCount() == 0 ? new Object[0] : new Object[] {own});
    } catch (InvocationTargetException e) {
      hideOwnFrames(e.getCause(), main);
      restoreOwnFrames(e.getCause());
      throw e.getCause();
    }
  }

  private static String[] readJob() throws Exception {
    try (DataInputStream gate = new DataInputStream(new FileInputStream("/proc/self/fd/3"))) {
      String[] arguments = new String[gate.readInt()];
      for (int i = 0; i < arguments.length; i++) {
        arguments[i] = new String(gate.readNBytes(gate.readInt()), StandardCharsets.UTF_8);
      }
      return arguments;
    }
  }

  /** @return null when the compiler has refused them, and said why */
  private static Classes compile(List<String> files) throws Exception {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StandardJavaFileManager standard = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8);
    Classes classes = new Classes(standard);
    PrintWriter messages = new PrintWriter(System.err, true);
    boolean isDone =
        compiler
            .getTask(messages, classes, null, List.of("-proc:none"), null, standard.getJavaFileObjectsFromStrings(files))
            .call();
    return isDone ? classes : null;
  }

  private static Method findMain(Classes classes, ClassLoader loader, String firstFile) throws Exception {
    String stem = firstFile.replaceAll("^.*/|\\.[^.]*$", "");
    List<String> names = new ArrayList<>();
    for (String name : classes.order) {
      boolean isNamed = name.equals(stem) || name.endsWith("." + stem);
      names.add(isNamed ? 0 : names.size(), name);
    }
    for (String name : names) {
      Class<?> type = Class.forName(name, false, loader);
      Method main = mainOf(type);
      if (main != null) return main;
    }
    return null;
  }

  /** In Java's own order: static with arguments, static without, and those of an instance, which newer versions have. */
  private static Method mainOf(Class<?> type) {
    boolean isNew = Runtime.version().feature() >= 25;
    Method found = null;
    for (Class<?> declaring = type; declaring != null && declaring != Object.class; declaring = declaring.getSuperclass()) {
      for (Method method : declaring.getDeclaredMethods()) {
        if (!method.getName().equals("main") || method.getReturnType() != void.class) continue;
        Class<?>[] parameters = method.getParameterTypes();
        boolean hasArguments = parameters.length == 1 && parameters[0] == String[].class;
        if (!hasArguments && parameters.length > 0) continue;
        boolean isStatic = Modifier.isStatic(method.getModifiers());
        boolean isClassic = hasArguments && isStatic && Modifier.isPublic(method.getModifiers());
        if (isClassic) return method;
        if (isNew && !Modifier.isPrivate(method.getModifiers()) && (found == null || hasArguments)) found = method;
      }
    }
    return found;
  }

  /** A plain run ends its traces with the program's main. */
  private static void hideOwnFrames(Throwable thrown, Method main) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      StackTraceElement[] frames = t.getStackTrace();
      for (int i = frames.length - 1; i >= 0; i--) {
        if (frames[i].getClassName().equals(main.getDeclaringClass().getName()) && frames[i].getMethodName().equals("main")) {
          t.setStackTrace(Arrays.copyOf(frames, i + 1));
          break;
        }
      }
    }
  }

  /**
   * The source launcher that runs this class cuts as many frames off a trace as there are below this class's main: what it is to
   * cut is put back, or it would cut the job's own frames.
   */
  private static void restoreOwnFrames(Throwable thrown) {
    StackTraceElement[] own = new Throwable().getStackTrace();
    int below = own.length - 2;
    StackTraceElement[] frames = thrown.getStackTrace();
    StackTraceElement[] restored = Arrays.copyOf(frames, frames.length + below);
    System.arraycopy(own, 2, restored, frames.length, below);
    thrown.setStackTrace(restored);
  }

  /** Takes what the compiler makes. */
  private static final class Classes extends ForwardingJavaFileManager<JavaFileManager> {
    final Map<String, ByteArrayOutputStream> bytes = new HashMap<>();
    final List<String> order = new ArrayList<>();

    Classes(JavaFileManager standard) {
      super(standard);
    }

    @Override
    public JavaFileObject getJavaFileForOutput(Location location, String name, JavaFileObject.Kind kind, FileObject from) {
      ByteArrayOutputStream content = new ByteArrayOutputStream();
      bytes.put(name, content);
      order.add(name);
      return new SimpleJavaFileObject(URI.create("memory:///" + name.replace('.', '/') + kind.extension), kind) {
        @Override
        public OutputStream openOutputStream() {
          return content;
        }
      };
    }

    ClassLoader loader() {
      return new ClassLoader(ClassLoader.getSystemClassLoader()) {
        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
          ByteArrayOutputStream content = bytes.get(name);
          if (content == null) throw new ClassNotFoundException(name);
          return defineClass(name, content.toByteArray(), 0, content.size());
        }
      };
    }
  }
}
