/* A sheet beside what was asked about: Esc or a click elsewhere closes it, and the focus goes back to where it was. */
import { useEffect, useRef, type ReactNode } from 'react';

interface PopoverProps {
  readonly label: string;
  readonly anchor: DOMRect;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

const EDGE = 8;

export function Popover({ label, anchor, onClose, children }: PopoverProps): ReactNode {
  const sheet = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = sheet.current;
    if (element === null) return undefined;
    const before = document.activeElement;
    element.showPopover();
    place(element, anchor);
    (element.querySelector('input') ?? element).focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, [anchor]);
  return (
    <div
      ref={sheet}
      popover="auto"
      role="dialog"
      aria-label={label}
      tabIndex={-1}
      className="popover"
      onToggle={(event) => {
        if (event.newState === 'closed') onClose();
      }}
    >
      {children}
    </div>
  );
}

/** Below what was asked about, else above it, always on screen. */
function place(element: HTMLElement, anchor: DOMRect): void {
  const { width, height } = element.getBoundingClientRect();
  const left = Math.max(EDGE, Math.min(anchor.left, window.innerWidth - width - EDGE));
  const below = anchor.bottom + 4;
  const fits = below + height + EDGE <= window.innerHeight;
  const top = fits ? below : Math.max(EDGE, anchor.top - height - 4);
  element.style.left = `${left}px`;
  element.style.top = `${top}px`;
}
