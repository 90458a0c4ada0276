import { onMounted, onScopeDispose, ref, type Ref } from "vue";

/** How many rows of so many rem an element has room for, now and after every change of its size. */
export function useRows(element: Readonly<Ref<HTMLElement | null>>, rem: number): Readonly<Ref<number>> {
  const rows = ref(0);
  const observer = new ResizeObserver(([entry]) => {
    const pixels = parseFloat(getComputedStyle(document.documentElement).fontSize);
    rows.value = Math.floor(entry!.contentRect.height / (rem * pixels));
  });
  onMounted(() => observer.observe(element.value!));
  onScopeDispose(() => observer.disconnect());
  return rows;
}
