import '@fontsource-variable/inter/wght.css';
import './ui/tokens.css';
import './ui/base.css';
import './ui/forms.css';
import './ui/alerts.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App';
import { startTheme } from './ui/theme';

startTheme();
const root = document.getElementById('root');
if (!root) throw new Error('The page has no place to draw into.');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
