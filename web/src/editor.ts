import { closeBrackets, closeBracketsKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState, type Transaction } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { loadHighlight } from './highlight';

export interface Editor {
  text(): string;
  /** Replaces all text; the history begins anew. */
  setText(text: string): void;
  setHighlight(mode: string): Promise<void>;
  focus(): void;
}

/** Colours are the page's custom properties, so that dark and light need no other theme. */
const theme = EditorView.theme({
  '&': { height: '100%', color: 'var(--text)', backgroundColor: 'var(--surface)', fontSize: 'var(--code-size)' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.5' },
  '.cm-content': { caretColor: 'var(--text)', padding: '8px 0' },
  '.cm-gutters': { color: 'var(--muted)', backgroundColor: 'var(--surface)', border: 'none' },
  '.cm-activeLine': { backgroundColor: 'var(--active-line)' },
  '.cm-activeLineGutter': { color: 'var(--text)', backgroundColor: 'var(--active-line)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '&.cm-focused': { outline: 'none' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': { background: 'var(--selection)' },
  '.cm-selectionBackground': { background: 'var(--selection)' },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--selection)' },
  '.cm-selectionMatch': { backgroundColor: 'var(--active-line)' },
  '.cm-panels': { color: 'var(--text)', backgroundColor: 'var(--page)' },
  '.cm-textfield, .cm-button': { color: 'var(--text)', background: 'var(--surface)', border: '1px solid var(--line)' },
});

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.modifier, tags.operatorKeyword], color: 'var(--keyword)' },
  { tag: [tags.string, tags.character, tags.regexp, tags.special(tags.string)], color: 'var(--string)' },
  { tag: [tags.number, tags.bool, tags.atom, tags.null], color: 'var(--number)' },
  { tag: [tags.comment, tags.meta], color: 'var(--comment)' },
  { tag: [tags.typeName, tags.className, tags.namespace], color: 'var(--type)' },
  {
    tag: [tags.function(tags.variableName), tags.function(tags.propertyName), tags.macroName],
    color: 'var(--function)',
  },
  { tag: tags.invalid, color: 'var(--bad)' },
]);

/**
 * The editor, in a shadow root: there CodeMirror's style sheets are constructed, not written into `<style>`, so that the
 * content security policy needs no exception for them.
 */
export function createEditor(host: HTMLElement, label: string, onChange: () => void): Editor {
  const root = host.attachShadow({ mode: 'open' });
  const highlight = new Compartment();
  let wanted = '';
  let isReplacing = false;
  const stateOf = (doc: string, mode: ReturnType<Compartment['of']>): EditorState =>
    EditorState.create({
      doc,
      extensions: [
        lineNumbers(),
        highlightActiveLineGutter(),
        highlightSpecialChars(),
        history(),
        drawSelection(),
        indentOnInput(),
        indentUnit.of('    '),
        bracketMatching(),
        closeBrackets(),
        highlightActiveLine(),
        highlightSelectionMatches(),
        keymap.of([
          ...closeBracketsKeymap,
          ...defaultKeymap.filter(isFree),
          ...searchKeymap,
          ...historyKeymap,
          indentWithTab,
        ]),
        replaceSelection,
        mode,
        theme,
        syntaxHighlighting(colours),
        EditorView.contentAttributes.of({ 'aria-label': label, autocapitalize: 'off' }),
        EditorView.updateListener.of(({ docChanged }) => {
          if (docChanged && !isReplacing) onChange();
        }),
      ],
    });
  const view = new EditorView({ state: stateOf('', highlight.of([])), parent: root, root });
  return {
    text: () => view.state.doc.toString(),
    setText: (text) => {
      isReplacing = true;
      view.setState(stateOf(text, highlight.of(highlight.get(view.state) ?? [])));
      isReplacing = false;
    },
    setHighlight: async (mode) => {
      wanted = mode;
      const extension = await loadHighlight(mode);
      // Another language may have been chosen while the grammar was loaded.
      if (wanted === mode) view.dispatch({ effects: highlight.reconfigure(extension) });
    },
    focus: () => view.focus(),
  };
}

/**
 * Typing over a selection changes the document, not the page: a browser that does it itself writes the old text's colours
 * into a `style` attribute, which the content security policy forbids (and reports).
 */
const replaceSelection = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { from, to, empty } = view.state.selection.main;
    const { data } = event;
    if (event.inputType !== 'insertText' || event.isComposing || data === null || empty) return false;
    if (view.state.selection.ranges.length > 1) return false;
    const insert = (): Transaction => view.state.update(view.state.replaceSelection(data), { userEvent: 'input.type' });
    const isHandled = view.state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, data, insert));
    if (!isHandled) view.dispatch(insert());
    event.preventDefault();
    return true;
  },
});

/** The page runs the program with these keys. */
function isFree({ key }: { readonly key?: string }): boolean {
  return key !== 'Mod-Enter';
}
