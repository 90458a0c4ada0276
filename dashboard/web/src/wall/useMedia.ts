import { onScopeDispose, ref, type Ref } from "vue";

/** Whether the window is as a media query says, now and after every change. */
export function useMedia(query: string): Readonly<Ref<boolean>> {
  const list = window.matchMedia(query);
  const matches = ref(list.matches);
  const onChange = (event: MediaQueryListEvent): void => void (matches.value = event.matches);
  list.addEventListener("change", onChange);
  onScopeDispose(() => list.removeEventListener("change", onChange));
  return matches;
}
